import type { ReactNode } from "react";

/** What all pickers take. */
export type PickerField = { label: string; error?: boolean; helperText?: ReactNode; required?: boolean; autoFocus?: boolean };
