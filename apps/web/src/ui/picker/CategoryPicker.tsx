import MenuItem from "@mui/material/MenuItem";
import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import type { PickerField } from "./field";

type Node = { id: string; name: string; children?: Node[] };

/** One category of the tree; deeper ones are indented. */
export function CategoryPicker({ value, set, all, ...field }: PickerField & { value: string; set: (id: string) => void; all?: string } & Pick<TextFieldProps, "sx">) {
  const { can } = useSession();
  const tree = useQuery({ ...read("/api/v1/categories"), staleTime: 60_000, enabled: can("category:read") });
  const rows = flat((tree.data?.items ?? []) as unknown as Node[], 0);
  return (
    <TextField select {...field} value={rows.some(({ node }) => node.id === value) ? value : ""} onChange={(event) => set(event.target.value)} slotProps={{ select: { displayEmpty: Boolean(all) }, inputLabel: all ? { shrink: true } : {} }}>
      {all !== undefined && <MenuItem value="">{all}</MenuItem>}
      {rows.map(({ node, depth }) => (
        <MenuItem key={node.id} value={node.id} sx={{ pl: 4 + depth * 4 }}>
          {node.name}
        </MenuItem>
      ))}
    </TextField>
  );
}

function flat(nodes: readonly Node[], depth: number): { node: Node; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...flat(node.children ?? [], depth + 1)]);
}
