/** How often a randomised or crash test runs: a reduced count in `npm test`, the full one in `npm run soak`. */
export function rounds({ inTest, inSoak }: { readonly inTest: number; readonly inSoak: number }): number {
  return process.env.LATCHKEY_SOAK === '1' ? inSoak : inTest;
}
