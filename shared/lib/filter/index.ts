/** The filter language of the event log: reading it, completing it, explaining it. */
export type { FilterNode, FilterRemark, ParsedFilter, PathStep, PathTest, TimePoint } from './ast.ts';
export {
  type CompletionPlace,
  completionPlace,
  quotedIfNeeded,
  type Suggestion,
  suggestionsAt,
} from './complete.ts';
export { filterHelp } from './fields.ts';
export { parseFilter, resolveTime, timeOf } from './parse.ts';
