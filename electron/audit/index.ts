export { AuditLog } from './audit-log.ts';
export { type AuditNote, type AuditTrail, MemoryAuditTrail } from './audit-trail.ts';
export { AuditExport, type AuditFormat } from './export.ts';
