export { type ReadHistoryOptions, readHistory } from './read-history.ts';
export { type HistoryRecorder, type RecordHistoryOptions, recordHistory } from './record-history.ts';
