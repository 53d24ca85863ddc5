import { createContext, useContext } from "react";

export type Density = "comfortable" | "compact";

/** Sets how dense tables are. */
export const DensityContext = createContext<(density: Density) => void>(() => undefined);
export const useSetDensity = () => useContext(DensityContext);
