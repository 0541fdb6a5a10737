/** Hands the page's services to its components. */
import { createContext, type ReactNode, useContext } from 'react';
import type { Client } from '../bridge/index.ts';
import type { CommandRegistry } from '../commands/registry.ts';
import type { Stores } from './stores.ts';

export interface Services {
  readonly client: Client;
  readonly stores: Stores;
  readonly commands: CommandRegistry;
}

const ServicesContext = createContext<Services | undefined>(undefined);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext.Provider value={services}>{children}</ServicesContext.Provider>;
}

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices outside of ServicesProvider');
  return services;
}
