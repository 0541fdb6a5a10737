export { AuditLog } from './audit-log.ts';
export { type AuditNote, type AuditTrail, MemoryAuditTrail } from './audit-trail.ts';
export { type AuditFormat, writeAudit } from './export.ts';
