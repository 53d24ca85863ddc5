/** The colours of both schemes. Charts read them too, because a canvas knows no CSS variables. */
export const colours = {
  light: {
    primary: "#0b6b5d",
    secondary: "#8a4b08",
    error: "#b42318",
    warning: "#9a5b00",
    success: "#1b7a43",
    info: "#175cd3",
    background: "#f6f7f8",
    paper: "#ffffff",
    text: "#16201e",
    quiet: "#52605d",
    line: "#d9dedd",
  },
  dark: {
    primary: "#5fd0bd",
    secondary: "#f0b36b",
    error: "#f97066",
    warning: "#fdb022",
    success: "#47cd89",
    info: "#84adff",
    background: "#0f1416",
    paper: "#171d20",
    text: "#e8eeec",
    quiet: "#a3b0ad",
    line: "#2f393c",
  },
} as const;

export type Mode = keyof typeof colours;
