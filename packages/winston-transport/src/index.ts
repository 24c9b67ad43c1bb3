/** The name of this package, as records and errors show it. */
export const packageName: string = '@tracebuf/winston-transport';
