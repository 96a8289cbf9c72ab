/* SPDX-License-Identifier: GPL-2.0 */
/* nothing of DRM is used */
