/** The page's icons: a fixed set by name, so that a meaning keeps its sign. Only this file knows where they come from. */
import {
  ArrowDown,
  ArrowDownLeft,
  ArrowDownToLine,
  ArrowUpRight,
  Ban,
  Bookmark,
  Check,
  ChevronDown,
  ChevronRight,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleQuestionMark,
  CircleX,
  Clock,
  Columns3,
  Copy,
  Database,
  Ellipsis,
  Eraser,
  Eye,
  FileOutput,
  Flag,
  FlaskConical,
  FolderOpen,
  Globe,
  type IconNode,
  Info,
  KeyRound,
  ListFilter,
  Lock,
  LockKeyhole,
  LockOpen,
  Minus,
  Package,
  PanelLeft,
  Pause,
  Pencil,
  Play,
  Plus,
  Radio,
  RefreshCw,
  RotateCw,
  ScanSearch,
  ScrollText,
  Search,
  Send,
  Server,
  Settings,
  ShieldCheck,
  ShieldX,
  Smartphone,
  Square,
  Star,
  Trash2,
  TriangleAlert,
  Undo2,
  Unplug,
  User,
  Users,
  WifiOff,
  X,
  Zap,
} from 'lucide';
import { memo } from 'react';
import styles from './icon.module.css';
import { pathOf } from './icon-path.ts';

const icons = {
  'app-bundle': Package,
  'arrow-down': ArrowDown,
  incoming: ArrowDownLeft,
  outgoing: ArrowUpRight,
  export: FileOutput,
  sweep: ScanSearch,
  newest: ArrowDownToLine,
  refused: Ban,
  check: Check,
  expanded: ChevronDown,
  collapsed: ChevronRight,
  'danger-sign': CircleX,
  'notice-sign': Info,
  'ok-sign': CircleCheck,
  'unknown-sign': CircleDashed,
  'alert-sign': CircleAlert,
  'warning-sign': TriangleAlert,
  copy: Copy,
  device: Smartphone,
  cache: Database,
  more: Ellipsis,
  clear: Eraser,
  show: Eye,
  folder: FolderOpen,
  sandbox: FlaskConical,
  public: Globe,
  key: KeyRound,
  filter: ListFilter,
  help: CircleQuestionMark,
  saved: Bookmark,
  mark: Flag,
  time: Clock,
  columns: Columns3,
  locked: Lock,
  unlocked: LockOpen,
  note: Minus,
  sidebar: PanelLeft,
  pause: Pause,
  edit: Pencil,
  play: Play,
  add: Plus,
  channel: Radio,
  retry: RefreshCw,
  rotation: RotateCw,
  search: Search,
  publish: Send,
  server: Server,
  log: ScrollText,
  settings: Settings,
  encrypted: ShieldCheck,
  'not-opened': ShieldX,
  stop: Square,
  favourite: Star,
  remove: Trash2,
  undo: Undo2,
  disconnect: Unplug,
  user: User,
  presence: Users,
  vault: LockKeyhole,
  offline: WifiOff,
  close: X,
  connect: Zap,
} satisfies Readonly<Record<string, IconNode>>;

export type IconName = keyof typeof icons;

/** Each as one path: where a row of a list turns into another, its icons change by one attribute. */
const paths = Object.fromEntries(
  Object.entries(icons).map(([name, node]) => [name, pathOf(node)]),
) as Readonly<Record<IconName, string>>;

export interface IconProps {
  readonly name: IconName;
  /** In px; 14 sits well beside text of 13 px. */
  readonly size?: number;
  /** Said by screen readers. Without it the icon is decoration beside words that say the same. */
  readonly label?: string;
  readonly className?: string | undefined;
}

export const Icon = memo(function Icon({ name, size = 14, label, className }: IconProps) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it has a label, or says nothing.
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={className ? `${styles.icon} ${className}` : styles.icon}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <path d={paths[name]} />
    </svg>
  );
});
