import type {} from "@mui/material/themeCssVarsAugmentation";
import { createTheme, type Theme } from "@mui/material/styles";
import { esES } from "@mui/material/locale";
import { colours, type Mode } from "./tokens";

function palette(mode: Mode) {
  const colour = colours[mode];
  return {
    contrastThreshold: 4.5,
    primary: { main: colour.primary },
    secondary: { main: colour.secondary },
    error: { main: colour.error },
    warning: { main: colour.warning },
    success: { main: colour.success },
    info: { main: colour.info },
    background: { default: colour.background, paper: colour.paper },
    text: { primary: colour.text, secondary: colour.quiet },
    divider: colour.line,
  };
}

/** The look of everything, in the person's language, as dense as they like it. */
export function makeTheme(language: string, density: "comfortable" | "compact"): Theme {
  const row = density === "compact" ? 36 : 44;
  return createTheme(
    {
      cssVariables: { colorSchemeSelector: "class", nativeColor: false },
      colorSchemes: { light: { palette: palette("light") }, dark: { palette: palette("dark") } },
      breakpoints: { values: { xs: 0, sm: 600, md: 900, lg: 1200, xl: 1536 } },
      shape: { borderRadius: 8 },
      spacing: 4,
      typography: {
        fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
        fontWeightMedium: 600,
        fontWeightBold: 650,
        h1: { fontSize: "1.5rem", fontWeight: 650, lineHeight: 1.3 },
        h2: { fontSize: "1.125rem", fontWeight: 650, lineHeight: 1.3 },
        h3: { fontSize: "1rem", fontWeight: 650, lineHeight: 1.3 },
        body1: { fontSize: "1rem" },
        body2: { fontSize: "0.875rem" },
        caption: { fontSize: "0.75rem" },
        button: { textTransform: "none", fontWeight: 600 },
      },
      transitions: {
        duration: {
          shortest: 100,
          shorter: 100,
          short: 150,
          standard: 150,
          complex: 150,
          enteringScreen: 150,
          leavingScreen: 150,
        },
      },
      components: {
        MuiButtonBase: { defaultProps: { disableRipple: true } },
        MuiButton: { defaultProps: { disableElevation: true } },
        MuiCard: { defaultProps: { variant: "outlined" } },
        MuiPaper: { defaultProps: { elevation: 0 } },
        MuiTextField: { defaultProps: { size: "small", fullWidth: true } },
        MuiFormControl: { defaultProps: { size: "small" } },
        MuiSelect: { defaultProps: { size: "small" } },
        MuiAutocomplete: { defaultProps: { size: "small", fullWidth: true } },
        MuiTooltip: { defaultProps: { enterDelay: 400, describeChild: true } },
        // Within a sentence a link is known by more than its colour.
        MuiAlert: { styleOverrides: { message: { "& a:not(.MuiButtonBase-root)": { color: "inherit", textDecoration: "underline" } } } },
        // Its own grey is too light on the page itself.
        MuiToggleButton: { styleOverrides: { root: ({ theme }) => ({ color: (theme.vars ?? theme).palette.text.secondary }) } },
        MuiTableCell: {
          styleOverrides: {
            root: { height: row, paddingTop: 4, paddingBottom: 4, fontVariantNumeric: "tabular-nums" },
            head: ({ theme }) => ({
              fontWeight: 600,
              color: (theme.vars ?? theme).palette.text.secondary,
              backgroundColor: (theme.vars ?? theme).palette.background.paper,
            }),
          },
        },
        MuiCssBaseline: {
          styleOverrides: (theme) => ({
            ":focus-visible": {
              outline: `2px solid ${(theme.vars ?? theme).palette.primary.main}`,
              outlineOffset: 2,
            },
            "@media (prefers-reduced-motion: reduce)": {
              "*, *::before, *::after": { animationDuration: "0.01ms !important", transitionDuration: "0.01ms !important" },
            },
            "@media (max-width: 599px)": { "input, select, textarea": { fontSize: "16px !important" } },
            ".figures": { fontVariantNumeric: "tabular-nums" },
          }),
        },
      },
    },
    language.startsWith("es") ? esES : {},
  );
}
