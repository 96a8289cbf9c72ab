/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rules of a double need from their surroundings. They compile unchanged into
 * its module and into the unit tests.
 */
#ifndef DOUBLES_PURE_H
#define DOUBLES_PURE_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <string.h>

#include "base/types.h"
#endif

#endif /* DOUBLES_PURE_H */
