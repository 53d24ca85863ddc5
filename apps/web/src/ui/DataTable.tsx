import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Checkbox from "@mui/material/Checkbox";
import IconButton from "@mui/material/IconButton";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableFooter from "@mui/material/TableFooter";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import ViewColumnIcon from "@mui/icons-material/ViewColumnOutlined";
import { rowSelectionFeature, tableFeatures, useTable, type RowSelectionState } from "@tanstack/react-table";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "./formats";
import { Listing, type ListState } from "./Listing";
import { PageFooter, type Paging } from "./PageFooter";
import { useTableChoice } from "./tableChoice";
import type { PAGE_SIZES } from "./useList";
import { useRowKeys } from "./useRowKeys";

export type Column<Row> = {
  id: string;
  header: string;
  /** The first column's cell holds the link to the row's page. */
  cell: (row: Row) => ReactNode;
  align?: "right";
  /** By what the server sorts it. */
  sort?: string;
  /** Shown only when somebody asks for it. */
  hidden?: boolean;
  /** On a phone: the large figure of the card, a line below its title (the default), or left out. */
  card?: "figure" | "line" | "none";
};

type Props<Row> = {
  /** Says what the rows are; read by screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  list: ListState & Partial<Paging>;
  /** What is said where there is nothing at all, and with what to begin. */
  empty: { title: string; hint?: string; action?: ReactNode };
  /** Whether something narrows the list, and how to take that away. */
  narrowed?: { clear: () => void } | null;
  sort?: { by: string | undefined; set: (by: string) => void };
  /** What can be done with chosen rows; without it none can be chosen. With `isAll` all results are meant, of which the rows are one
   * page: offered as a second step, where the list says how many there are. */
  selection?: (chosen: Row[], clear: () => void, isAll: boolean) => ReactNode;
  toolbar?: ReactNode;
  /** Nothing above it: for the few lines of one document. */
  bare?: boolean;
  /** The name under which a person's own choice of columns and rows is kept; without it the choice ends with the page. */
  table?: string;
  /** What stands below columns, by their ids: sums of all rows, also of those that are not shown. */
  totals?: Readonly<Record<string, ReactNode>>;
  /** A glance at a row, by Space. */
  peek?: (row: Row) => void;
};

const features = tableFeatures({ rowSelectionFeature });

/** Rows of the API as a table, on a phone as cards. */
export function DataTable<Row extends object>(props: Props<Row>) {
  const { caption, columns, rows, rowId, list, sort, selection, bare } = props;
  const { t } = useTranslation();
  const { quantity } = useFormats();
  const isPhone = useMediaQuery("(max-width: 599.95px)");
  const [chosen, setChosen] = useState<RowSelectionState>({});
  const [wantsAll, setWantsAll] = useState(false);
  const definitions = useMemo(() => columns.map((column) => ({ id: column.id, header: column.header })), [columns]);
  const choice = useTableChoice(props.table);
  const [here, setHere] = useState<Record<string, boolean> | null>(null);
  // What was chosen on this page counts, else what the person keeps, which may arrive after the page, else the usual.
  const visible = here ?? Object.fromEntries(columns.map((column, index) => [column.id, choice.columns ? index === 0 || !column.header || choice.columns.includes(column.id) : !column.hidden]));
  const choose = (to: Record<string, boolean>) => {
    setHere(to);
    choice.choose({ columns: columns.filter(({ id }) => to[id] !== false).map(({ id }) => id) });
  };
  const setSize = (size: number) => {
    list.setSize?.(size);
    choice.choose({ page_size: size as (typeof PAGE_SIZES)[number] });
  };
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: rowId,
    state: { rowSelection: chosen },
    onRowSelectionChange: (to) => {
      setChosen(to);
      setWantsAll(false);
    },
  });
  const clear = () => {
    setChosen({});
    setWantsAll(false);
  };
  useEffect(clear, [rows]);
  const shown = columns.filter((column) => visible[column.id] !== false);
  const chosenRows = table.getSelectedRowModel().rows.map((row) => row.original as Row);
  const keys = useRowKeys(
    rows.length,
    (index) => selection && table.getRowModel().rows[index]?.toggleSelected(),
    props.peek && ((index) => props.peek?.(table.getRowModel().rows[index]!.original as Row)),
  );

  const total = list.total ?? 0;
  const mayWantAll = table.getIsAllRowsSelected() && total > rows.length;
  const isAll = mayWantAll && wantsAll;
  const count = isAll ? total : chosenRows.length;
  const hasMenu = !isPhone && choosable(columns).length > 2;

  return (
    <Box>
      <Stack direction="row" spacing={2} useFlexGap sx={{ display: bare ? "none" : "flex", alignItems: "center", flexWrap: "wrap", mb: 2, minHeight: 40 }}>
        {chosenRows.length > 0 && selection ? (
          <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }} role="toolbar" aria-label={t("table.chosen", { count })}>
            <Typography variant="body2" role="status">
              {isAll ? t("table.chosenAll", { shown: quantity(total) }) : t("table.chosen", { count })}
            </Typography>
            {mayWantAll && !isAll && (
              <Button size="small" onClick={() => setWantsAll(true)}>
                {t("table.chooseEvery", { shown: quantity(total) })}
              </Button>
            )}
            {selection(chosenRows, clear, isAll)}
            <Button size="small" onClick={clear}>
              {t("table.chooseNone")}
            </Button>
          </Stack>
        ) : (
          props.toolbar
        )}
        {hasMenu && (
          <Box sx={{ ml: "auto" }}>
            <ColumnMenu columns={columns} visible={visible} set={choose} />
          </Box>
        )}
      </Stack>
      <Listing state={list} isEmpty={rows.length === 0} empty={props.empty} narrowed={props.narrowed ?? null} columns={shown.length}>
        {isPhone ? (
          <Cards {...props} columns={shown} />
        ) : (
          <TableContainer component={Paper} variant="outlined" tabIndex={0} role="region" aria-label={caption} sx={{ opacity: list.isStale ? 0.6 : 1 }}>
            <Table stickyHeader size="small" ref={keys}>
              <caption hidden>{caption}</caption>
              <TableHead>
                <TableRow>
                  {selection && (
                    <TableCell padding="checkbox" scope="col">
                      <Checkbox
                        slotProps={{ input: { "aria-label": t("table.chooseAll") } }}
                        checked={table.getIsAllRowsSelected()}
                        indeterminate={table.getIsSomeRowsSelected()}
                        onChange={table.getToggleAllRowsSelectedHandler()}
                      />
                    </TableCell>
                  )}
                  {shown.map((column) => (
                    <HeadCell key={column.id} column={column} sort={sort} />
                  ))}
                </TableRow>
              </TableHead>
              <TableBody>
                {table.getRowModel().rows.map((row) => (
                  <TableRow key={row.id} hover selected={row.getIsSelected()} data-row="">
                    {selection && (
                      <TableCell padding="checkbox">
                        <Checkbox
                          slotProps={{ input: { "aria-label": t("table.choose") } }}
                          checked={row.getIsSelected()}
                          onChange={row.getToggleSelectedHandler()}
                        />
                      </TableCell>
                    )}
                    {shown.map((column) => (
                      <TableCell key={column.id} align={column.align ?? "left"}>
                        {column.cell(row.original as Row)}
                      </TableCell>
                    ))}
                  </TableRow>
                ))}
              </TableBody>
              {props.totals && (
                <TableFooter>
                  <TableRow sx={{ "& > td, & > th": { fontWeight: 600, color: "text.primary", fontSize: "0.875rem" } }}>
                    {selection && <TableCell />}
                    {shown.map((column, index) => (
                      <TableCell key={column.id} align={column.align ?? "left"} {...(index === 0 && { component: "th", scope: "row" })}>
                        {props.totals?.[column.id] ?? (index === 0 ? t("total") : null)}
                      </TableCell>
                    ))}
                  </TableRow>
                </TableFooter>
              )}
            </Table>
          </TableContainer>
        )}
      </Listing>
      {list.setSize && rows.length > 0 && <PageFooter paging={{ ...(list as Paging), setSize }} count={rows.length} />}
    </Box>
  );
}

function HeadCell<Row>({ column, sort }: { column: Column<Row>; sort: Props<Row>["sort"] }) {
  const isUp = sort?.by === column.sort;
  const isDown = sort?.by === `-${column.sort}`;
  const isSorted = Boolean(column.sort) && (isUp || isDown);
  return (
    <TableCell scope="col" align={column.align ?? "left"} sortDirection={isSorted ? (isUp ? "asc" : "desc") : false}>
      {column.sort && sort ? (
        <TableSortLabel active={isSorted} direction={isDown ? "desc" : "asc"} onClick={() => sort.set(isUp ? `-${column.sort}` : column.sort!)}>
          {column.header}
        </TableSortLabel>
      ) : (
        column.header
      )}
    </TableCell>
  );
}

function Cards<Row extends object>({ columns, rows, rowId, caption, list, totals }: Props<Row>) {
  const { t } = useTranslation();
  const [title, ...others] = columns;
  const figures = others.filter((column) => column.card === "figure");
  const lines = others.filter((column) => (column.card ?? "line") === "line");
  return (
    <Stack component="ul" spacing={2} aria-label={caption} sx={{ listStyle: "none", p: 0, m: 0, opacity: list.isStale ? 0.6 : 1 }}>
      {rows.map((row) => (
        <Card component="li" key={rowId(row)} sx={{ p: 3 }}>
          <Stack direction="row" spacing={2} sx={{ justifyContent: "space-between", alignItems: "flex-start" }}>
            <Box sx={{ minWidth: 0, overflowWrap: "anywhere" }}>{title?.cell(row)}</Box>
            {figures.map((column) => (
              <Box key={column.id} sx={{ textAlign: "right", whiteSpace: "nowrap" }}>
                <Box className="figures" sx={{ fontSize: "1.25rem", fontWeight: 650 }}>
                  {column.cell(row)}
                </Box>
                <Typography variant="caption" color="textSecondary">
                  {column.header}
                </Typography>
              </Box>
            ))}
          </Stack>
          {lines.map((column) => (
            <Stack key={column.id} direction="row" spacing={2} sx={{ justifyContent: "space-between", mt: 1 }}>
              <Typography variant="body2" color="textSecondary">
                {column.header}
              </Typography>
              <Box sx={{ fontSize: "0.875rem", textAlign: "right", overflowWrap: "anywhere" }}>{column.cell(row)}</Box>
            </Stack>
          ))}
        </Card>
      ))}
      {totals && (
        <Card component="li" sx={{ p: 3 }}>
          <Typography variant="h3" component="p">
            {t("total")}
          </Typography>
          {columns
            .filter(({ id }) => totals[id] !== undefined)
            .map(({ id, header }) => (
              <Stack key={id} direction="row" spacing={2} sx={{ justifyContent: "space-between", mt: 1, fontSize: "0.875rem" }}>
                <Box sx={{ color: "text.secondary" }}>{header}</Box>
                <Box className="figures" sx={{ fontWeight: 600 }}>
                  {totals[id]}
                </Box>
              </Stack>
            ))}
        </Card>
      )}
    </Stack>
  );
}

/** Which columns can be left out: all but the first and those of actions, which have no name. */
function choosable<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  return columns.slice(1).filter(({ header }) => header !== "");
}

function ColumnMenu<Row>({ columns, visible, set }: { columns: readonly Column<Row>[]; visible: Record<string, boolean>; set: (to: Record<string, boolean>) => void }) {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton size="small" aria-label={t("table.columns")} aria-haspopup="menu" onClick={(event) => setAnchor(event.currentTarget)}>
        <ViewColumnIcon fontSize="small" />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {choosable(columns).map((column) => (
          <MenuItem
            key={column.id}
            dense
            role="menuitemcheckbox"
            aria-checked={visible[column.id] !== false}
            onClick={() => set({ ...visible, [column.id]: visible[column.id] === false })}
          >
            <Checkbox edge="start" size="small" tabIndex={-1} disableRipple checked={visible[column.id] !== false} slotProps={{ input: { "aria-hidden": true } }} />
            <ListItemText primary={column.header} />
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
