/** Where features write down what the audit log is about. */
import type { AuditAction, AuditOutcome } from '#shared/contract/audit.ts';
import type { Slot, StoreKind } from '#shared/contract/vault.ts';

/** What happened. The log adds the time, and the app's name. */
export interface AuditNote {
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  /** The secret that it was about, if there was one. */
  readonly credential?: {
    readonly profileId: string;
    readonly kind: string;
    readonly slot: Slot;
    readonly fingerprint: string;
    readonly lastFour: string | null;
  };
  readonly store: StoreKind | null;
  /** Of `used`. */
  readonly count?: number;
  /** The command that got it: its program's name, without arguments. */
  readonly program?: string | undefined;
}

export interface AuditTrail {
  /** Durable when it returns, or with what it is `together` with. @throws AppError `storage_failed` */
  record(note: AuditNote): void;
  /** Changes of the app's database, and their notes: all of it, or nothing. */
  together<T>(work: () => T): T;
}

/** The twin for tests. */
export class MemoryAuditTrail implements AuditTrail {
  readonly notes: AuditNote[] = [];

  record(note: AuditNote): void {
    this.notes.push(note);
  }

  together<T>(work: () => T): T {
    return work();
  }
}
