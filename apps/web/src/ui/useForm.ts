import { useCallback, useRef, useState, type ChangeEvent, type FormEvent, type SetStateAction } from "react";
import { Problem } from "../api/problem";
import { useAct } from "../api/query";
import { useFaultText, useProblemText } from "./problems";

type Form<Values, Result> = {
  initial: Values;
  /** Sends it; the key makes that it takes effect once. */
  send: (values: Values, key: string) => Promise<Result>;
  touches: readonly string[];
  done?: (result: Result, values: Values) => void;
  /** Where the server's names differ from the form's: "/unit_cost" → "cost". */
  pointers?: Readonly<Record<string, string>>;
};

/** A form whose fields are checked by the server: each fault appears at its field, what fits none above them. */
export function useForm<Values extends object, Result>({ initial, send, touches, done, pointers }: Form<Values, Result>) {
  const [values, setValues] = useState(initial);
  const [touched, setTouched] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const problemText = useProblemText();
  const faultText = useFaultText();
  const act = useAct<Values, Result>(send, {
    touches,
    quiet: true,
    done: (result, sent) => {
      setTouched(false);
      done?.(result, sent);
    },
  });
  const problem = act.error;

  const set = useCallback(<K extends keyof Values>(name: K, value: Values[K]) => {
    setTouched(true);
    setValues((before) => ({ ...before, [name]: value }));
  }, []);

  const faults = new Map<string, string>();
  for (const fault of problem?.faults ?? []) {
    const pointer = fault.pointer ?? "";
    const name = pointers?.[pointer] ?? pointer.slice(1);
    faults.set(name, [faults.get(name), faultText(fault)].filter(Boolean).join(" "));
  }

  /** What is wrong with a field; lines are named as the server does: "lines/0/quantity". */
  const fault = (name: string): string | undefined => faults.get(name);

  /** What is wrong with no field that the form has: to be shown above them. */
  const above = (): string | null => {
    if (!problem) {
      return null;
    }
    const fields = new Set(Object.keys(values));
    const own = [...faults].filter(([name]) => !fields.has(name.split("/")[0] ?? "")).map(([, text]) => text);
    return faults.size === 0 ? problemText(problem) : own.join(" ") || null;
  };

  /** The properties of a text field. */
  const field = <K extends keyof Values & string>(name: K) => ({
    name,
    id: `field-${name}`,
    value: (values[name] ?? "") as string,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => set(name, event.target.value as Values[K]),
    error: faults.has(name),
    helperText: faults.get(name),
  });

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    act.mutate(values, { onError: () => queueMicrotask(() => focusFirstFault(form.current)) });
  };

  return {
    form,
    values,
    set,
    /** Several fields at once. */
    setValues: (change: SetStateAction<Values>) => {
      setTouched(true);
      setValues(change);
    },
    field,
    fault,
    above: above(),
    submit,
    busy: act.isPending,
    changed: touched,
    problem: problem as Problem | null,
    /** Forgets what was typed and what was wrong with it. */
    reset: (to: Values = initial) => {
      setValues(to);
      setTouched(false);
      act.reset();
    },
  };
}

function focusFirstFault(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')?.focus());
}
