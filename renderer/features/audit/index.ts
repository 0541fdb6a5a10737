export { AuditScreen as default } from './audit-screen.tsx';
