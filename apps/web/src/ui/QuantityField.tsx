import TextField, { type TextFieldProps } from "@mui/material/TextField";

type Props = { label: string; value: string; set: (value: string) => void; unit?: string; error?: boolean; helperText?: React.ReactNode; autoFocus?: boolean } & Pick<TextFieldProps, "sx" | "required" | "disabled">;

/** A quantity or an amount of money, typed as text: the server reads it exactly. */
export function QuantityField({ value, set, unit, ...field }: Props) {
  return (
    <TextField
      {...field}
      value={value}
      onChange={(event) => set(event.target.value.replace(",", "."))}
      slotProps={{
        htmlInput: { inputMode: "decimal", autoComplete: "off", className: "figures" },
        input: unit ? { endAdornment: <span aria-hidden="true">{unit}</span> } : {},
        inputLabel: unit ? { shrink: true } : {}, // or a long label and the unit would lie over each other
      }}
    />
  );
}
