import { Type } from '@vendure/core';

/** Where Pirwa hears the shop, and the secret (`whsec_` and base64) that signs what it is told. */
export interface PirwaHooksOptions {
    url: string;
    secret: string;
}

export declare class PirwaHooksPlugin {
    static init(options: PirwaHooksOptions): Type<PirwaHooksPlugin>;
}
