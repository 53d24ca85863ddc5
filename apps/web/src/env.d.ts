interface ImportMetaEnv {
  readonly PIRWA_VERSION: string;
}
