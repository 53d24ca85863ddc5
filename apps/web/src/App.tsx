import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { makeQueryClient } from "./api/query";
import { makeRouter } from "./router";
import { DensityContext, type Density } from "./theme/density";
import { makeTheme } from "./theme/theme";
import { Toasts } from "./ui/toasts";

export function App() {
  const { i18n } = useTranslation();
  const [density, setDensity] = useState<Density>("comfortable");
  const theme = useMemo(() => makeTheme(i18n.resolvedLanguage ?? "es", density), [i18n.resolvedLanguage, density]);
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(client));
  return (
    <ThemeProvider theme={theme} modeStorageKey="pirwa-mode" defaultMode="system">
      <CssBaseline enableColorScheme />
      <QueryClientProvider client={client}>
        <DensityContext.Provider value={setDensity}>
          <Toasts>
            <RouterProvider router={router} />
          </Toasts>
        </DensityContext.Provider>
      </QueryClientProvider>
    </ThemeProvider>
  );
}
