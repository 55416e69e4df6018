// Through which API a change came, and by which client: what `changeOrigin` says, by which a client knows its own changes.
// Source: "Change Event Header Fields" in the guide to change data capture.

/** The client's name in Sforce-Call-Options. */
export const clientOf = (options: string | undefined): string | null =>
  /client\s*=\s*([^,;\s]+)/i.exec(options ?? '')?.[1] ?? null

/** `version` as in URLs, with or without its v. That Bulk jobs name their client too is assumed. */
export function originOf(api: 'rest' | 'bulkapi', version: string, client: string | null): string {
  return `com/salesforce/api/${api}/${version.replace(/^v/, '')}${client === null ? '' : `;client=${client}`}`
}
