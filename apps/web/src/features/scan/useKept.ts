import { useCallback, useRef, useState, type RefObject } from "react";

type Held<Value> = [value: Value, set: (to: Value) => void, now: RefObject<Value>];

/** A value, and what it is at this very moment: scans come faster than pages are drawn. */
export function useHeld<Value>(initial: Value | (() => Value), keep?: (value: Value) => void): Held<Value> {
  const [value, setValue] = useState(initial);
  const now = useRef(value);
  const kept = useRef(keep);
  kept.current = keep;
  const set = useCallback((to: Value) => {
    now.current = to;
    setValue(to);
    kept.current?.(to);
  }, []);
  return [value, set, now];
}

/** A value that outlives a reload of the page on this device. */
export function useKept<Value>(place: string, initial: Value): Held<Value> {
  const known = (): Value => {
    try {
      return (JSON.parse(localStorage.getItem(place) ?? "null") as Value | null) ?? initial;
    } catch {
      return initial;
    }
  };
  return useHeld(known, (value) => {
    try {
      localStorage.setItem(place, JSON.stringify(value));
    } catch {
      // a full device keeps it until the page is left
    }
  });
}
