/** What the documentation of business units leaves open, and what holds unless said otherwise. */

export type UnitSettings = {
  /** After how long a division shows what it inherits. */
  inheritanceDelayMs: number
  /** Whether its version rises with that, and the change is told. */
  inheritanceRaisesVersion: boolean
  /** A customer who is somebody's associate is deleted and the associate stays behind, or is not deleted. */
  deletedCustomers: 'stay' | 'refuse'
}

export const unitSettings = (): UnitSettings => ({
  inheritanceDelayMs: 500,
  inheritanceRaisesVersion: false,
  deletedCustomers: 'stay',
})
