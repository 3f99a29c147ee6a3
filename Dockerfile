# The sandbox as a container. The folder to build in is this package: the one in node_modules, or a checkout after
# `npm run build`. The command is one file and needs Node alone.
FROM node:20-alpine
COPY dist/bin/effect-codat.js /opt/effect-codat.mjs
# A named volume that is mounted here belongs to the same user.
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 4010
ENTRYPOINT ["node", "/opt/effect-codat.mjs"]
CMD ["sandbox", "--host", "0.0.0.0"]
