/** How to get WebGPU in this browser, in one sentence. */
import { msg } from '../words/locale.ts';
export function webgpuHelp(userAgent: string): string {
  const android = userAgent.includes('Android');
  const linux = userAgent.includes('Linux') && !android;
  if (userAgent.includes('Firefox/')) {
    return linux || android
      ? msg(
          'Firefox has WebGPU on Windows and macOS; here, use Chrome or Edge, or Firefox Nightly with dom.webgpu.enabled in about:config.',
        )
      : msg(
          'Update Firefox (141 on Windows, 145 on macOS), or set dom.webgpu.enabled in about:config.',
        );
  }
  if (userAgent.includes('Chrome/')) {
    if (linux) {
      return msg(
        'Open chrome://flags, enable “Unsafe WebGPU Support” and “Vulkan”, restart, and check chrome://gpu.',
      );
    }
    if (android) return msg('Chrome 121 or newer on Android 12 or newer has WebGPU.');
    return msg(
      'Chrome or Edge 113 or newer has WebGPU; turn on “Use graphics acceleration when available” in its settings.',
    );
  }
  if (userAgent.includes('Safari/')) {
    return msg(
      'Safari 26 (macOS 26, iOS 26) has WebGPU; earlier, enable it under Settings, Feature Flags.',
    );
  }
  return msg('A recent Chrome, Edge, Safari or Firefox has WebGPU.');
}
