import IconButton from "@mui/material/IconButton";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import MoreIcon from "@mui/icons-material/MoreVert";
import { useState } from "react";

export type RowAct = { label: string; act: () => void; danger?: boolean } | false | null | undefined;

/** What can be done with one row, where it is more than two things. */
export function RowMenu({ label, acts }: { label: string; acts: readonly RowAct[] }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const offered = acts.filter((act) => act !== false && act !== null && act !== undefined);
  if (offered.length === 0) {
    return null;
  }
  return (
    <>
      <IconButton size="small" aria-label={label} aria-haspopup="menu" onClick={(event) => setAnchor(event.currentTarget)}>
        <MoreIcon fontSize="small" />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {offered.map(({ label: name, act, danger }) => (
          <MenuItem
            key={name}
            {...(danger && { sx: { color: "error.main" } })}
            onClick={() => {
              setAnchor(null);
              act();
            }}
          >
            {name}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
