FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# Packages change seldom: restored from the project files alone, they stay in a layer of their own.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Campaigns/Campaigns.csproj src/Campaigns/packages.lock.json src/Campaigns/
COPY src/Campaigns.Handlers/Campaigns.Handlers.csproj src/Campaigns.Handlers/packages.lock.json src/Campaigns.Handlers/
COPY src/Campaigns.Handlers/Generator/Campaigns.Handlers.Generator.csproj src/Campaigns.Handlers/Generator/packages.lock.json src/Campaigns.Handlers/Generator/
COPY src/Campaigns.Sandbox/Campaigns.Sandbox.csproj src/Campaigns.Sandbox/packages.lock.json src/Campaigns.Sandbox/
COPY src/Campaigns.Server/Campaigns.Server.csproj src/Campaigns.Server/packages.lock.json src/Campaigns.Server/
RUN dotnet restore src/Campaigns.Server/Campaigns.Server.csproj --locked-mode

COPY . .
RUN dotnet publish src/Campaigns.Server/Campaigns.Server.csproj --no-restore --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .

# The base image's own port setting would only compete with this one.
ENV ASPNETCORE_HTTP_PORTS="" \
    ASPNETCORE_URLS=http://+:5080
EXPOSE 5080

# The base image's unprivileged user. There is no PostgreSQL in here: pass ConnectionStrings__Campaigns.
USER $APP_UID
ENTRYPOINT ["dotnet", "Campaigns.Server.dll"]
