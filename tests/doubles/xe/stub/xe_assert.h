/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOUBLE_XE_ASSERT_H
#define DOUBLE_XE_ASSERT_H

#include <linux/bug.h>

#define xe_assert(xe, condition)	((void)(xe), WARN_ON(!(condition)))

#endif /* DOUBLE_XE_ASSERT_H */
