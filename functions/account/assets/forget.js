/** Removes the card that this browser has stored, the offline page, and their worker. */

if ('serviceWorker' in navigator) {
  for (const name of await caches.keys()) await caches.delete(name);
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
}
