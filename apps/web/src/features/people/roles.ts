import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";

export type Role = Schemas["RoleView"];

export function useRoles() {
  return useQuery({ ...read("/api/v1/roles"), staleTime: 60_000, enabled: useMay("role:read") });
}

/** What a role is called: presets in the reader's language, own ones as their company named them. */
export function useRoleName(): (code: string) => string {
  const { t } = useTranslation("people");
  const roles = useRoles().data?.items;
  return useCallback((code) => t(`preset.${code}` as "preset.admin", { defaultValue: roles?.find((role) => role.code === code)?.name ?? code }), [roles, t]);
}

/** Permissions by what they concern: "stock:read", "stock:post" → stock: read, post. */
export function byResource(permissions: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const permission of permissions) {
    const [resource = "", action = ""] = permission.split(":");
    groups.set(resource, [...(groups.get(resource) ?? []), action]);
  }
  return [...groups];
}
