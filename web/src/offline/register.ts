/** Lets the page work without a network, and tells of a new version when nothing trains. */
import type { Session } from '../state/session.ts';

/** After the model is there: what is kept for later takes none of the first load's network. */
export async function keepOffline(session: Session): Promise<void> {
  const container = workers();
  if (!container) return;
  try {
    const registration = await container.register(session.catalog.at('sw.js'), {
      updateViaCache: 'none',
    });
    whenWaiting(registration, (worker) => {
      announce(session, worker, container);
    });
  } catch {
    // No service worker here (a private window, a developer's server): the page works, with a network.
  }
}

/** In a frame without an origin even to ask is an error. */
function workers(): ServiceWorkerContainer | undefined {
  try {
    return (navigator as Partial<Navigator>).serviceWorker;
  } catch {
    return undefined;
  }
}

/** Calls when a version newer than that of the page is ready to take over. */
function whenWaiting(
  registration: ServiceWorkerRegistration,
  ready: (worker: ServiceWorker) => void,
): void {
  if (registration.waiting && registration.active) ready(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && registration.active) ready(worker);
    });
  });
}

/** Offers the new version, once nothing trains. */
function announce(
  session: Session,
  worker: ServiceWorker,
  container: ServiceWorkerContainer,
): void {
  const offer = (): void => {
    session.notices.add('info', 'A new version of Ganlet is here.', {
      label: 'Load it',
      act: () => {
        container.addEventListener('controllerchange', () => {
          location.reload();
        });
        worker.postMessage('take over');
      },
    });
  };
  if (!session.run.running) {
    offer();
    return;
  }
  const leave = session.subscribe((topic) => {
    if (topic !== 'running' || session.run.running) return;
    leave();
    offer();
  });
}
