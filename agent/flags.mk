# SPDX-License-Identifier: GPL-2.0
#
# How a file of the agent is compiled, and what the program is linked with: also for
# tests/fuzz. It uses TOP, the top of the sources.

PKGS	:= libmnl libnl-3.0 libnl-genl-3.0 jansson libsystemd smartcols
PKG_CONFIG ?= pkg-config
VERSION	:= $(shell cat $(TOP)/VERSION 2>/dev/null || echo 0)

# become parts of the program
FAMILIES := $(TOP)/agent/doctor/gpu-families.ini
TROUBLESHOOTING := $(TOP)/Documentation/admin/troubleshooting.rst
AGENT_CPPFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	   -DVERSION='"$(VERSION)"' -DFAMILIES_INI='"$(FAMILIES)"' \
	   -DTROUBLESHOOTING_RST='"$(TROUBLESHOOTING)"' \
	   -I$(TOP)/uapi -I$(TOP)/agent \
	   $(shell $(PKG_CONFIG) --cflags $(PKGS))
# iniparser has no pkg-config file
AGENT_LIBS = $(shell $(PKG_CONFIG) --libs $(PKGS)) -liniparser
