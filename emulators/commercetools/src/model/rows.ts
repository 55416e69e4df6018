/** Small moves on rows, which are never changed but replaced. */

/** Sets a field, or takes its name away when there is no value. */
export function withValue<T extends object, K extends keyof T>(row: T, field: K, value: T[K] | undefined): T {
  if (value !== undefined) return { ...row, [field]: value }
  const { [field]: _, ...rest } = row
  return rest as T
}

/** An absent value leaves no name behind, so that rows hold what the wire shows. */
export const given = <N extends string, T>(name: N, value: T | undefined): { [K in N]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { [K in N]?: T })
