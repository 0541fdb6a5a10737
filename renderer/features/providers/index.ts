/** What the page uses of the kinds of credentials. */
export { findKind, providerIdOf } from './kind-of.ts';
export { FoldedFacts, Never } from './provider-facts.tsx';
export { ServiceScreen as default } from './service-screen.tsx';
