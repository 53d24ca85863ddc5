import { api, data, send } from "../../api/client";
import { useAct } from "../../api/query";
import { stringifySearch } from "../../router/search";
import { saveAs } from "../../ui/files";
import { useLanguage, type Filter, type Format, type ReportName } from "./report";

/** Fetches a file of the API and hands it to the browser under the name that the server gives it. */
export async function fetchFile(path: string, otherwise: string): Promise<void> {
  const answer = await send("GET", path);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  saveAs(await answer.blob(), name ?? otherwise);
}

/** The whole report as a file. One that is too large is refused with `report_too_large`. */
export function useDownload(name: ReportName, filter: Filter) {
  const language = useLanguage();
  return useAct((format: Format) => fetchFile(`reports/${name}.${format}${stringifySearch({ ...filter, language })}`, `${name}.${format}`), { touches: [], quiet: true });
}

/** Has a report made in the background. */
export function useAskForJob(done: (job: string) => void) {
  return useAct(({ name, format, filter }: { name: ReportName; format: Format; filter: Filter }) => data(api.POST("/api/v1/jobs", { body: { report: name, format, filters: filter as Record<string, string> } })), {
    touches: ["jobs"],
    done: ({ id }) => done(id),
  });
}
