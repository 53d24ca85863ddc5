/** What one hears and feels of a scan. */
export type Signal = "good" | "bad";

const QUIET = "pirwa-scan-quiet";
let sound: AudioContext | null = null;

export const isQuiet = (): boolean => localStorage.getItem(QUIET) === "yes";
export const setQuiet = (quiet: boolean): void => localStorage.setItem(QUIET, quiet ? "yes" : "no");

/** A short high tone and one buzz for what went well, a low one and two for what did not. Browsers allow neither before
 * somebody has touched the page. */
export function give(signal: Signal): void {
  if (!navigator.userActivation?.hasBeenActive) {
    return;
  }
  navigator.vibrate?.(signal === "good" ? 60 : [120, 60, 120]);
  if (isQuiet() || typeof AudioContext === "undefined") {
    return;
  }
  try {
    sound ??= new AudioContext();
    void sound.resume();
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    const length = signal === "good" ? 0.09 : 0.3;
    tone.type = signal === "good" ? "sine" : "square";
    tone.frequency.value = signal === "good" ? 1320 : 220;
    volume.gain.setValueAtTime(0.12, sound.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + length);
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + length);
  } catch {
    // a device without sound still shows what happened
  }
}
