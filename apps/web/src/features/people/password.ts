/** Without what is mistaken for something else when it is read out. */
const LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A password to be told once: 20 letters and digits in groups of five. */
export function temporaryPassword(random: (count: number) => Uint32Array = (count) => crypto.getRandomValues(new Uint32Array(count))): string {
  const letters = [...random(20)].map((one) => LETTERS[one % LETTERS.length]!);
  return [0, 5, 10, 15].map((from) => letters.slice(from, from + 5).join("")).join("-");
}
