import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemText from "@mui/material/ListItemText";
import type { ReactNode } from "react";

type Entry = { id: string; title: ReactNode; detail: ReactNode; action?: ReactNode };

/** A few things, each with one thing to do about it. */
export function Entries({ entries, label }: { entries: Entry[]; label: string }) {
  return (
    <List disablePadding aria-label={label} sx={{ width: "100%" }}>
      {entries.map(({ id, title, detail, action }) => (
        <ListItem key={id} divider disableGutters sx={{ gap: 2, flexWrap: "wrap", py: 2 }}>
          <ListItemText primary={title} secondary={detail} slotProps={{ secondary: { component: "div" } }} sx={{ flex: "1 1 200px", my: 0, overflowWrap: "anywhere" }} />
          {action}
        </ListItem>
      ))}
    </List>
  );
}
