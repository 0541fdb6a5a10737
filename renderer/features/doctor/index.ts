export { CheckPanel } from './check-panel.tsx';
export { DiagnosisItem } from './diagnosis-item.tsx';
