import IconButton from "@mui/material/IconButton";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../session/session";
import { Portrait } from "./Portrait";

const AccountChoices = lazy(() => import("./AccountChoices").then((module) => ({ default: module.AccountChoices })));

/** Who I am; what there is to choose comes when it is opened. */
export function AccountMenu() {
  const { t } = useTranslation();
  const { profile } = useSession();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton onClick={(event) => setAnchor(event.currentTarget)} aria-label={t("account.menu")} aria-haspopup="menu" edge="end">
        <Portrait profile={profile} size={32} />
      </IconButton>
      {anchor && (
        <Suspense>
          <AccountChoices anchor={anchor} close={() => setAnchor(null)} />
        </Suspense>
      )}
    </>
  );
}
