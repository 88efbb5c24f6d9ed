/**
 * The order of keys in Go's YAML (keyList.Less of go-yaml): letters after all else, digits by the number that they make,
 * with letters before the rest behind a digit.
 */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  let behindDigit = false;
  for (let index = 0; index < left.length && index < right.length; index += 1) {
    const [one = '', other = ''] = [left[index], right[index]];
    if (one === other) {
      behindDigit = isDigit(one);
      continue;
    }
    const [isLetter, isOtherLetter] = [letter.test(one), letter.test(other)];
    if (isLetter && isOtherLetter) return one < other ? -1 : 1;
    if (isLetter || isOtherLetter) return isLetter === behindDigit ? -1 : 1;
    return numberOrder(left, right, index);
  }
  return left.length - right.length;
}

const letter = /^\p{L}$/u;

function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character);
}

/** What differs from `index` on, where neither is a letter. */
function numberOrder(left: readonly string[], right: readonly string[], index: number): number {
  // A zero behind another digit counts: 100 is more than 10.
  const [one = '', other = ''] = [left[index], right[index]];
  const lead = (one === '0' || other === '0') && hasNumberBefore(left, index) ? '1' : '0';
  const [digits, otherDigits] = [digitsFrom(left, index), digitsFrom(right, index)];
  const [number, otherNumber] = [BigInt(lead + digits), BigInt(lead + otherDigits)];
  if (number !== otherNumber) return number < otherNumber ? -1 : 1;
  if (digits.length !== otherDigits.length) return digits.length - otherDigits.length;
  return one < other ? -1 : 1;
}

function hasNumberBefore(characters: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= 0 && isDigit(characters[at] ?? ''); at -= 1)
    if (characters[at] !== '0') return true;
  return false;
}

function digitsFrom(characters: readonly string[], index: number): string {
  let digits = '';
  for (let at = index; /^[0-9]$/.test(characters[at] ?? ''); at += 1) digits += characters[at];
  return digits;
}
