/** The page's components. Features take them from here; vendors are used inside only. */
export { Button, type ButtonProps, IconButton, type IconButtonProps } from './button.tsx';
export {
  Checkbox,
  type CheckboxProps,
  type Option,
  Segmented,
  type SegmentedProps,
  Select,
  type SelectProps,
  Switch,
} from './choice.tsx';
export { classes } from './classes.ts';
export {
  CompletionField,
  type CompletionFieldProps,
  type CompletionItem,
  type WrittenLine,
} from './completion-field.tsx';
export { CopyButton, type CopyButtonProps, copyText } from './copy.tsx';
export { Confirm, type ConfirmProps, Dialog, type DialogProps } from './dialog.tsx';
export { EmptyState, type EmptyStateProps, Loading } from './empty-state.tsx';
export {
  FieldFrame,
  type FieldProblem,
  FieldRow,
  SecretField,
  type SecretFieldProps,
  TextArea,
  type TextAreaProps,
  TextField,
  type TextFieldProps,
} from './field.tsx';
export * from './format.ts';
export { HexView } from './hex-view.tsx';
export { Icon, type IconName, type IconProps } from './icon.tsx';
export { formatJson, type JsonNode, parseJson } from './json.ts';
export { changeLimit, diffJson, type JsonChange } from './json-diff.ts';
export { JsonTree, type JsonTreeProps } from './json-tree.tsx';
export { Keys } from './keys.tsx';
export {
  Badge,
  type BadgeProps,
  ConnectionMark,
  EnvironmentLabel,
  EnvironmentLine,
  ExposureLabel,
  environmentLabels,
  KindLabel,
  KindSign,
  SlotLabel,
  StateDot,
  type Tone,
} from './labels.tsx';
export { hasMarks, isPlain } from './marks.ts';
export { Menu, type MenuItem, type MenuProps } from './menu.tsx';
export { ErrorNotice, type ErrorNoticeProps, Notice, type NoticeProps } from './notice.tsx';
export {
  Actions,
  type Column,
  type Fact,
  Facts,
  Page,
  type PageProps,
  Row,
  Section,
  type SectionProps,
  Stack,
  Table,
  type TableProps,
  Toolbar,
  ToolbarSpace,
} from './page.tsx';
export { PasteField, type PasteFieldProps } from './paste-field.tsx';
export { PathField, type PathFieldProps } from './path-field.tsx';
export { pathProblem, tidyPath } from './path-text.ts';
export { Popover, type PopoverProps } from './popover.tsx';
export { ComponentsProvider } from './provider.tsx';
export { Sparkline } from './sparkline.tsx';
export { Splitter, type SplitterProps } from './splitter.tsx';
export { SuggestField, type SuggestFieldProps } from './suggest.tsx';
export { type TabItem, Tabs, type TabsProps } from './tabs.tsx';
export { CodeBlock, Name, VisibleText } from './text.tsx';
export { type ToastMessage, useToast } from './toast.tsx';
export { Tooltip } from './tooltip.tsx';
export { useKeepFocus } from './use-keep-focus.ts';
export {
  Cell,
  HeadingCell,
  rowHeightPx,
  type TreePlace,
  VirtualList,
  type VirtualListHandle,
  type VirtualListProps,
} from './virtual-list.tsx';
