import Checkbox from "@mui/material/Checkbox";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { refresh } from "../../api/query";
import { usePreferences } from "../../shell/preferences";

type Name = Schemas["Block"];

/** Which blocks are shown, and the way back to what the role shows. */
export function ArrangeMenu({ anchor, close, blocks }: { anchor: HTMLElement; close: () => void; blocks: readonly Name[] }) {
  const { t } = useTranslation("home");
  const client = useQueryClient();
  const { preferences, change } = usePreferences();
  const hidden = preferences.hidden as Name[];
  const offered = [...new Set([...blocks, ...hidden])];
  const done = () => {
    close();
    void refresh(client, ["dashboard"]); // nothing moves while one chooses
  };
  return (
    <Menu anchorEl={anchor} open onClose={done}>
        {offered.map((block) => {
          const isShown = !hidden.includes(block);
          return (
            <MenuItem key={block} dense role="menuitemcheckbox" aria-checked={isShown} onClick={() => change({ hidden: isShown ? [...hidden, block] : hidden.filter((one) => one !== block) })}>
              <Checkbox edge="start" size="small" tabIndex={-1} checked={isShown} slotProps={{ input: { "aria-hidden": true } }} />
              <ListItemText primary={t(`block.${block}`)} />
            </MenuItem>
          );
        })}
        <MenuItem dense divider={false} onClick={() => change({ hidden: [], pins: preferences.pins.filter(({ kind }) => kind !== "block") })}>
          {t("reset")}
        </MenuItem>
    </Menu>
  );
}
