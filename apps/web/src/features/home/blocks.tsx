import type { ComponentType } from "react";
import { lazy, Suspense, useEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Block } from "./Block";
import { Figures } from "./Figures";
import { Needs } from "./Needs";
import { Recommendations } from "./Recommendations";
import { BestSellers, Depletions, LowStock, Movements, Sites } from "./Tables";
import { Scan, Search, Shortcuts } from "./Shortcuts";

export type Dashboard = Schemas["Dashboard"];
export type BlockProps = { dashboard: Dashboard };

// Charts come when they are looked at: they are most of what the page weighs.
const charts = () => import("./Charts");
const later = (name: "StockValue" | "Flow" | "Sales") => {
  const Chart = lazy(() => charts().then((module) => ({ default: module[name] })));
  return function LaterChart(props: BlockProps) {
    const { t } = useTranslation("home");
    const [place, isSeen] = useSeen();
    const waiting = <Block title={t(`block.${BLOCK_OF[name]}`)} minHeight={352} />;
    return (
      <div ref={place}>
        {isSeen ? (
          <Suspense fallback={waiting}>
            <Chart {...props} />
          </Suspense>
        ) : (
          waiting
        )}
      </div>
    );
  };
};
const BLOCK_OF = { StockValue: "stock_value", Flow: "flow", Sales: "sales" } as const;

/** Whether the place has ever been in view. */
function useSeen(): [RefObject<HTMLDivElement | null>, boolean] {
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (isSeen || !place.current) {
      return;
    }
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isSeen]);
  return [place, isSeen];
}

export const BLOCKS: Record<Schemas["Block"], ComponentType<BlockProps>> = {
  needs: Needs,
  recommendations: Recommendations,
  figures: Figures,
  stock_value: later("StockValue"),
  flow: later("Flow"),
  sales: later("Sales"),
  best_sellers: BestSellers,
  low_stock: LowStock,
  depletions: Depletions,
  movements: Movements,
  sites: Sites,
  shortcuts: Shortcuts,
  scan: Scan,
  search: Search,
};
