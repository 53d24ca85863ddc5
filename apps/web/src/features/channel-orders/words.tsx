import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { StateChip } from "../../ui/StateChip";

export type ChannelOrder = Schemas["ChannelOrderView"];

export function ChannelOrderChip({ state }: { state: ChannelOrder["state"] }) {
  const { t } = useTranslation("channelOrders");
  return <StateChip state={state} label={t(`state.${state}`)} />;
}

/** What a channel is called: by the title of its app, where one may see it, else as it calls itself. */
export function useChannelName(): (channel: string) => string {
  const mayRead = useMay("plugin:read");
  const apps = useQuery({ ...read("/api/v1/plugins"), enabled: mayRead, staleTime: 60_000 }).data?.items;
  return (channel) => apps?.find(({ id }) => id === channel)?.title ?? channel;
}

/** How an order is called by people: by its number, or else by its id. */
export const nameOf = ({ number, external_id }: Pick<ChannelOrder, "number" | "external_id">): string => number || external_id;
