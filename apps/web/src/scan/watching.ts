import type { Detector } from "./detector";
import { InView } from "./inView";

/** As wide as codes are read well and quickly. */
export const WIDTH = 960;
const MOST_FAILURES = 5;
/** The page breathes at least so long between two pictures. */
const REST_MS = 60;

type Watching = {
  detector: Detector;
  /** The picture of now, or null while there is none. */
  picture: () => ImageData | null;
  seen: (code: string) => void;
  /** The detector threw five times on end: it is broken, which is something else than no code in view. */
  failed: (error: unknown) => void;
  now?: () => number;
  rest?: (milliseconds: number) => Promise<void>;
};

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Looks at picture after picture until the signal is given or the detector is broken. */
export async function watchForCodes(watching: Watching, signal: AbortSignal): Promise<void> {
  const { detector, picture, seen, failed, now = () => performance.now(), rest = sleep } = watching;
  const view = new InView();
  let failures = 0;
  while (!signal.aborted) {
    const began = now();
    const shown = picture();
    if (shown) {
      try {
        const codes = await detector.detect(shown);
        failures = 0;
        if (!signal.aborted) {
          view.look(codes, now()).forEach(seen);
        }
      } catch (error) {
        failures += 1;
        if (failures >= MOST_FAILURES) {
          failed(error);
          return;
        }
      }
    }
    await rest(Math.max(REST_MS, now() - began)); // at most half of the time is spent on looking
  }
}

/** Takes pictures of a video at the width at which they are read. */
export function picturesOf(video: HTMLVideoElement): () => ImageData | null {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    const { videoWidth, videoHeight, readyState } = video;
    if (!pen || readyState < HTMLMediaElement.HAVE_CURRENT_DATA || videoWidth === 0) {
      return null;
    }
    const scale = Math.min(1, WIDTH / videoWidth);
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    pen.drawImage(video, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height);
  };
}
