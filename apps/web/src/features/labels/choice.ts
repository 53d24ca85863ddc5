import { useState } from "react";

export type Look = { format: string; show: readonly ("name" | "sku" | "price" | "site")[]; symbology: "" | "code128" | "qr" | "gs1_datamatrix" };

const KEY = "pirwa-labels";
const USUAL: Look = { format: "avery_l7160", show: ["name", "price"], symbology: "" };

/** How labels looked last on this device: the paper lies beside its printer. */
export function useLookChoice(): [Look, (to: Look) => void] {
  const [look, setLook] = useState<Look>(() => {
    try {
      return { ...USUAL, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Look>) };
    } catch {
      return USUAL;
    }
  });
  return [
    look,
    (to) => {
      localStorage.setItem(KEY, JSON.stringify(to));
      setLook(to);
    },
  ];
}
