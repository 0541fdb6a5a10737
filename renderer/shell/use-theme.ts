/** Puts the chosen theme on the root element, where the tokens look for it. */
import { useEffect } from 'react';
import { useSettings } from '../state/index.ts';

export function useTheme(): void {
  const { theme } = useSettings();
  useEffect(() => {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const isDark = theme === 'dark' || (theme === 'system' && query.matches);
      document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    };
    apply();
    query.addEventListener('change', apply);
    return () => query.removeEventListener('change', apply);
  }, [theme]);
}
