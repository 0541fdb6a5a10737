/** Compares JSON numbers as they are written: a double would take 2^53 and 2^53 + 1 for the same. */

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/;

interface Decimal {
  readonly isNegative: boolean;
  /** Without zeros at either end; empty: zero. */
  readonly digits: string;
  /** The value is 0.DIGITS times ten to this power. */
  readonly exponent: number;
}

function decimalOf(text: string): Decimal | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const all = whole + fraction;
  const digits = all.replace(/^0+/, '');
  const exponent = whole.length - (all.length - digits.length) + Number(power);
  return { isNegative: sign === '-' && digits !== '', digits: digits.replace(/0+$/, ''), exponent };
}

/** Negative: a is less. Undefined: one of them is no number. */
export function compareDecimals(a: string, b: string): number | undefined {
  const [left, right] = [decimalOf(a), decimalOf(b)];
  if (!left || !right) return undefined;
  if (left.isNegative !== right.isNegative) return left.isNegative ? -1 : 1;
  const size = compareSizes(left, right);
  return left.isNegative ? -size : size;
}

function compareSizes(left: Decimal, right: Decimal): number {
  if (left.digits === '' || right.digits === '') return left.digits.length - right.digits.length;
  if (left.exponent !== right.exponent) return left.exponent - right.exponent;
  return left.digits === right.digits ? 0 : left.digits < right.digits ? -1 : 1;
}
