export { Database, FolderLock, type Row } from './database.ts';
export { Preferences } from './preferences.ts';
