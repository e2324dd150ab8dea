// The types of the package, by subject.
/** Version of the loaded library, such as "0.1.0". */
export const version: string;

export * from './types/common';
export * from './types/capture';
export * from './types/report';
export * from './types/people';
export * from './types/schedule';
export * from './types/store';
