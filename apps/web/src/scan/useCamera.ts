import { useCallback, useEffect, useRef, useState } from "react";
import { openDetector, type Detector } from "./detector";
import { picturesOf, watchForCodes } from "./watching";

/** Why there is no picture. */
export type CameraFault = "insecure" | "none" | "denied" | "busy" | "detector";
export type CameraState = { is: "starting" } | { is: "on" } | { is: "paused" } | { is: "fault"; fault: CameraFault; detail: string };

const CHOSEN = "pirwa-camera";
let detector: Promise<Detector> | null = null;

/** The detector, opened once for the page; a failure is not remembered. */
function theDetector(): Promise<Detector> {
  detector ??= openDetector().catch((error: unknown) => {
    detector = null;
    throw error;
  });
  return detector;
}

export function faultOf(error: unknown): CameraFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return "denied";
  }
  return name === "NotFoundError" || name === "OverconstrainedError" || name === "NotSupportedError" ? "none" : "busy";
}

async function openCamera(device: string | null): Promise<MediaStream> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const wish = device ? { deviceId: { exact: device } } : { facingMode: { ideal: "environment" } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...wish, ...size }, audio: false });
  } catch (error) {
    if (device && faultOf(error) === "none") {
      return openCamera(null); // the camera chosen last is not there any more
    }
    throw error;
  }
}

/** The camera, and the codes that come into its view. */
export function useCamera(isPaused: boolean, seen: (code: string) => void) {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useRef<MediaStream | null>(null);
  const [state, setState] = useState<CameraState>({ is: "starting" });
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const [device, setDevice] = useState(() => localStorage.getItem(CHOSEN));
  const [torch, setTorch] = useState<boolean | null>(null);
  const [tries, setTries] = useState(0);
  const heard = useRef(seen);
  heard.current = seen;

  useEffect(() => {
    if (isPaused) {
      setState({ is: "paused" });
      return;
    }
    const isSupported = window.isSecureContext && navigator.mediaDevices !== undefined;
    if (!isSupported) {
      setState({ is: "fault", fault: window.isSecureContext ? "none" : "insecure", detail: "" });
      return;
    }
    const ending = new AbortController();
    const fail = (fault: CameraFault, error: unknown) => !ending.signal.aborted && setState({ is: "fault", fault, detail: error instanceof Error ? error.message : String(error) });
    setState({ is: "starting" });
    const work = async (): Promise<void> => {
      let opened: MediaStream;
      let opening: Promise<Detector>;
      try {
        const all = await navigator.mediaDevices.enumerateDevices();
        if (!all.some(({ kind }) => kind === "videoinput")) {
          fail("none", ""); // nobody is asked to allow what is not there, and the detector need not come
          return;
        }
        opening = theDetector(); // beside the camera, which takes its time as well
        opening.catch(() => undefined);
        opened = await openCamera(device);
      } catch (error) {
        fail(faultOf(error), error);
        return;
      }
      if (ending.signal.aborted || !video.current) {
        stop(opened);
        return;
      }
      stream.current = opened;
      const track = opened.getVideoTracks()[0];
      track?.addEventListener("ended", () => fail("busy", "the camera has gone"));
      setTorch((track?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch ? false : null);
      video.current.srcObject = opened;
      await video.current.play().catch(() => undefined);
      void navigator.mediaDevices.enumerateDevices().then((all) => setDevices(all.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId)));
      try {
        const found = await opening;
        if (!ending.signal.aborted) {
          setState({ is: "on" });
          await watchForCodes({ detector: found, picture: picturesOf(video.current), seen: (code) => heard.current(code), failed: (error) => fail("detector", error) }, ending.signal);
        }
      } catch (error) {
        fail("detector", error);
      }
    };
    void work();
    return () => {
      ending.abort();
      stop(stream.current);
      stream.current = null;
    };
  }, [device, isPaused, tries]);

  const choose = useCallback((id: string) => {
    localStorage.setItem(CHOSEN, id);
    setDevice(id);
  }, []);
  const light = useCallback((on: boolean) => {
    const track = stream.current?.getVideoTracks()[0];
    void track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }).then(() => setTorch(on), () => setTorch(null));
  }, []);
  return {
    video,
    state,
    devices,
    /** The camera in use. */
    device: stream.current?.getVideoTracks()[0]?.getSettings().deviceId ?? device ?? "",
    choose,
    /** Whether the lamp is lit; null where there is none. */
    torch,
    light,
    retry: useCallback(() => setTries((count) => count + 1), []),
  };
}

function stop(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop());
}
