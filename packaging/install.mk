# SPDX-License-Identifier: GPL-2.0
#
# Installing, without and with a package manager. What is installed is written
# once: FILES says what goes where, install and uninstall both follow it.

VERSION	:= $(shell cat VERSION)

bindir	:= $(PREFIX)/sbin
libdir	:= $(PREFIX)/lib
datadir	:= $(PREFIX)/share
docdir	?= $(datadir)/doc/gpuvf
srcdir	?= /usr/src
unitdir	?= $(libdir)/systemd/system
udevdir	?= $(libdir)/udev/rules.d

# each: MODE:FILE:AS, AS below DESTDIR
agent_files := \
	0755:build/agent/gpuvf-agent:$(bindir)/gpuvf-agent \
	0644:build/packaging/gpuvf.service:$(unitdir)/gpuvf.service \
	0644:packaging/gpuvf.target:$(unitdir)/gpuvf.target \
	0644:packaging/60-gpuvf.rules:$(udevdir)/60-gpuvf.rules \
	0644:agent/doctor/gpu-families.ini:$(datadir)/gpuvf/gpu-families.ini \
	0644:packaging/completion.bash:$(datadir)/bash-completion/completions/gpuvf-agent \
	0644:Documentation/man/gpuvf-agent.8:$(datadir)/man/man8/gpuvf-agent.8 \
	0644:Documentation/man/gpuvf.ini.5:$(datadir)/man/man5/gpuvf.ini.5 \
	$(foreach file,$(sort $(wildcard examples/*.ini)), \
		0644:$(file):$(docdir)/examples/$(notdir $(file))) \
	$(foreach file,$(sort $(wildcard contrib/prometheus/gpuvf*)), \
		0644:$(file):$(docdir)/examples/prometheus/$(notdir $(file))) \
	$(foreach file,$(sort $(wildcard contrib/jq/*.jq)), \
		0644:$(file):$(datadir)/gpuvf/jq/$(notdir $(file))) \
	$(foreach file,contrib/udev/70-gpuvf-names.rules \
		$(addprefix contrib/ansible/gpuvf/,tasks/main.yml defaults/main.yml), \
		0644:$(file):$(docdir)/examples/$(patsubst contrib/%,%,$(file)))

# beside the module itself
module_files := \
	0644:packaging/modprobe.conf:$(libdir)/modprobe.d/gpuvf.conf \
	0644:Documentation/man/gpuvf.4:$(datadir)/man/man4/gpuvf.4

dev_files := \
	0644:uapi/linux/gpuvf.h:$(PREFIX)/include/linux/gpuvf.h \
	0644:Documentation/netlink/specs/gpuvf.yaml:$(datadir)/gpuvf/netlink/specs/gpuvf.yaml

colon := $(subst ,,:)
field = $(word $(1),$(subst $(colon), ,$(2)))
define install_files
$(foreach item,$(1),install -D -m $(call field,1,$(item)) \
	$(call field,2,$(item)) $(DESTDIR)$(call field,3,$(item))
)
endef
define remove_files
$(foreach item,$(1),rm -f $(DESTDIR)$(call field,3,$(item))
)
endef

# of the headers, which need not be the running kernel's
RELEASE	= $(or $(shell cut -d'"' -f2 $(HEADER) 2> /dev/null),$(shell uname -r))
moddir	= $(DESTDIR)/lib/modules/$(RELEASE)/extra
stage	:= $(build)/stage

install: install-modules install-agent install-dev

# The kernel's modules_install compresses and strips as that kernel likes it, but
# it installs all or nothing: so it works in a directory of its own. The key
# that Debian signs with is not here.
install-modules: modules
	@[ -e $(HEADER) ] || { \
		echo 'No headers in $(KDIR): nothing to install modules for'; exit 1; }
	rm -rf $(stage)
	$(MAKE) -s -C $(KDIR) M=$(build)/kbuild/$(RELEASE) DEPMOD=true \
		CONFIG_MODULE_SIG_ALL= INSTALL_MOD_PATH=$(stage) INSTALL_MOD_DIR=extra modules_install
	find $(stage) -name 'gpuvf.ko*' -o -name 'gpuvf_vfio.ko*' $(if $(WITH_SIM),-o -name 'gpuvf_sim.ko*') | \
		xargs install -D -m 0644 -t $(moddir)
	$(call install_files,$(module_files))
	$(if $(DESTDIR),,/sbin/depmod $(RELEASE))

install-module-files:
	$(call install_files,$(module_files))

install-agent: agent unit
	$(call install_files,$(agent_files))

install-dev:
	$(call install_files,$(dev_files))

# the unit names the program by its full path
unit:
	@mkdir -p build/packaging
	@sed 's#@sbindir@#$(bindir)#' packaging/gpuvf.service.in > build/packaging/gpuvf.service

uninstall:
	rm -f $(moddir)/gpuvf.ko* $(moddir)/gpuvf_vfio.ko* $(moddir)/gpuvf_sim.ko*
	$(call remove_files,$(module_files) $(agent_files) $(dev_files))
	for dir in $(wildcard $(DESTDIR)$(docdir) $(DESTDIR)$(datadir)/gpuvf); do \
		find $$dir -depth -type d -empty -delete; \
	done
	$(if $(DESTDIR),,/sbin/depmod $(RELEASE))

# the directories of gpuvf.ko and gpuvf_vfio.ko
module_dirs := base hw sched fb vf config api device vfio

# DKMS: sources in a directory that it builds from, for each kernel that comes

# install-source NAME CONF FILES
define install_source
rm -rf $(DESTDIR)$(srcdir)/$(1)-$(VERSION)
mkdir -p $(DESTDIR)$(srcdir)/$(1)-$(VERSION)
cp --parents VERSION uapi/linux/gpuvf.h $(filter-out %.mod.c,$(sort \
	$(wildcard $(3)))) $(DESTDIR)$(srcdir)/$(1)-$(VERSION)
install -m 0644 $(2) $(DESTDIR)$(srcdir)/$(1)-$(VERSION)/dkms.conf
endef

install-source:
	$(call install_source,gpuvf,dkms.conf,kernel/Kbuild kernel/probe.mk \
		kernel/*.[ch] $(module_dirs:%=kernel/%/*.[ch]))

install-source-sim:
	$(call install_source,gpuvf-sim,packaging/dkms-sim.conf,kernel/hw/regs.h \
		kernel/hw/messages.h \
		kernel/probe.mk kernel/sim/Kbuild kernel/sim/*.[ch])

dkms_names := gpuvf $(if $(WITH_SIM),gpuvf-sim)

dkms-install: install-source $(if $(WITH_SIM),install-source-sim) install-module-files
	@command -v dkms > /dev/null || { echo 'dkms is not installed'; exit 1; }
	for name in $(dkms_names); do \
		dkms install --force -k $(RELEASE) $$name/$(VERSION) || exit; \
	done

dkms-uninstall:
	for name in gpuvf gpuvf-sim; do \
		[ ! -e /var/lib/dkms/$$name/$(VERSION) ] || \
		dkms remove $$name/$(VERSION) --all || exit; \
		rm -rf $(srcdir)/$$name-$(VERSION); \
	done
	$(call remove_files,$(module_files))

deb:
	@$(lab)/packages build deb
	@packaging/deb build/deb

check-deb:
	@$(lab)/packages build deb
	@packaging/check-deb

docs:
	@$(lab)/packages docs
	@packaging/docs

check-docs:
	@$(lab)/packages build docs
	@$(MAKE) -s agent
	@tests/docs/check

check-packaging:
	@tests/packaging/check
	@tests/packaging/others

dist:
	@packaging/dist build/dist

.PHONY: install install-modules install-module-files install-agent install-dev
.PHONY: uninstall unit install-source install-source-sim dkms-install
.PHONY: dkms-uninstall deb check-deb docs check-docs check-packaging dist
