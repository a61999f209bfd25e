import { useEffect, useRef, type RefObject } from 'react';
import { useLocation, type createBrowserRouter } from 'react-router';

/** The address whose heading has not taken the focus yet; none at the first load, where the browser knows best. */
let awaited: string | undefined;

/** Notices that one goes to another address. The filters of a screen are no navigation. */
export function watchNavigation(router: ReturnType<typeof createBrowserRouter>): void {
  let last = router.state.location.pathname;
  router.subscribe(({ location: { pathname } }) => {
    if (pathname !== last) awaited = pathname;
    last = pathname;
  });
}

function takeFocus(heading: HTMLElement | null): void {
  awaited = undefined;
  heading?.focus();
}

/**
 * Gives the focus to the main heading of what one has gone to, so that a screen reader says where one is and the next
 * Tab goes on from there. The heading may come later than the navigation, when its data is there.
 */
export function useFocusAtNavigation<Element extends HTMLElement>(takesFocus: boolean): RefObject<Element | null> {
  const heading = useRef<Element>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    // The router knows its base, the hook leaves it out.
    if (takesFocus && awaited?.endsWith(pathname)) takeFocus(heading.current);
  }, [pathname, takesFocus]);
  return heading;
}
