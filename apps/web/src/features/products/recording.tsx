import { lazy, Suspense } from "react";
import { useSession } from "../../session/session";
import type { ProductRef } from "../../ui/pickers";
import { kindsFor, type RecordKind } from "../stock/posting";

const RecordDrawer = lazy(() => import("../stock/RecordDrawer").then((module) => ({ default: module.RecordDrawer })));

export type ToRecord = { product: ProductRef; kind?: RecordKind; site?: string };

/** Whether this person may bring stock in or take it out at all. */
export function useMayRecord(): boolean {
  const { can } = useSession();
  return kindsFor(can).length > 0;
}

/** The drawer in which stock is recorded, once somebody wants it. */
export function Recording({ what, close }: { what: ToRecord | null; close: () => void }) {
  return what ? (
    <Suspense>
      <RecordDrawer open product={what.product} kind={what.kind} site={what.site} close={close} />
    </Suspense>
  ) : null;
}
